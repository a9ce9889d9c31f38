// The page that a link in an e-mail leads to: it takes a password and sends it with the link's secret.
const russian = navigator.language.startsWith('ru');
const say = (english, inRussian) => (russian ? inRussian : english);
const invited = location.pathname.endsWith('/invitation');
const token = new URLSearchParams(location.hash.slice(1)).get('token');
// Out of the address bar and the history, where others might read it.
history.replaceState(null, '', location.pathname);

const form = document.querySelector('form');
const problem = document.getElementById('problem');
const done = document.getElementById('done');
const button = form.querySelector('button');
const labels = form.querySelectorAll('label span');

document.documentElement.lang = say('en', 'ru');
form.querySelector('h1').textContent = invited
  ? say('Welcome', 'Добро пожаловать')
  : say('A new password', 'Новый пароль');
document.getElementById('lead').textContent = invited
  ? say('Choose a password to sign in with.', 'Выберите пароль для входа.')
  : say('It ends all your sessions and API keys.', 'Все ваши сеансы и ключи API закончатся.');
labels[0].textContent = say('First name', 'Имя');
labels[1].textContent = say('Last name', 'Фамилия');
labels[2].textContent = say('Password, at least 8 characters', 'Пароль, не меньше 8 символов');
button.textContent = say('Save', 'Сохранить');
for (const name of form.querySelectorAll('.name')) name.hidden = !invited;
if (token) form.hidden = false;
else done.textContent = say('The link is not complete.', 'Ссылка неполная.');

const documents = {
  invitation: `mutation ($input: AcceptInvitationInput!) {
    result: acceptInvitation(input: $input) { userErrors { message } } }`,
  reset: `mutation ($input: ResetPasswordInput!) {
    result: resetPassword(input: $input) { userErrors { message } } }`,
};

function given() {
  const fields = new FormData(form);
  const password = fields.get('password');
  if (!invited) return { token, newPassword: password };
  const names = {};
  for (const name of ['firstName', 'lastName']) {
    const text = fields.get(name).trim();
    if (text) names[name] = text;
  }
  return { token, password, ...names };
}

async function send() {
  const query = invited ? documents.invitation : documents.reset;
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Accept-Language': say('en', 'ru') },
    body: JSON.stringify({ query, variables: { input: given() } }),
    credentials: 'omit',
  });
  const answer = await response.json();
  const errors = answer.errors ?? answer.data.result.userErrors;
  return errors.map((error) => error.message).join(' ');
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  button.disabled = true;
  problem.textContent = '';
  try {
    problem.textContent = await send();
  } catch {
    problem.textContent = say('The server does not answer.', 'Сервер не отвечает.');
  }
  button.disabled = false;
  if (problem.textContent) return;
  form.reset();
  form.hidden = true;
  done.textContent = say(
    'Done. You can sign in with the new password.',
    'Готово. Можно войти с новым паролем.',
  );
});
