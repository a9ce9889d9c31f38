/** What the build adds to the module graph (build.mjs). */

declare module 'voronka:examples' {
  type InBothLanguages = { en: string; ru: string };
  const documents: {
    id: string;
    title: InBothLanguages;
    note: InBothLanguages;
    operationName: string;
    query: string;
    variables: string;
  }[];
  export default documents;
}
