/**
 * Lets the editor's own style sheets pass the page's Content-Security-Policy.
 *
 * Monaco writes its theme into <style> elements that it creates, and has no option for a nonce. The
 * policy allows such elements only with the nonce of this answer, so every one created here gets it.
 * A <style> that arrives as markup (an injection) does not.
 */

export function giveNonceToStyles(): void {
  const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce;
  if (!nonce) throw new Error('The page carries no nonce for its style sheets.');
  const createElement = document.createElement.bind(document);
  document.createElement = (name: string, options?: ElementCreationOptions): HTMLElement => {
    const element = createElement(name, options);
    if (element instanceof HTMLStyleElement) element.nonce = nonce;
    return element;
  };
}
