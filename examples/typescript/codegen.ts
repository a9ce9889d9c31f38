import type { CodegenConfig } from "@graphql-codegen/cli";

const config: CodegenConfig = {
  schema: "schema.graphql",
  documents: ["src/**/*.ts", "!src/gql/**"],
  emitLegacyCommonJSImports: false,
  generates: {
    "src/gql/": {
      preset: "client",
      presetConfig: { fragmentMasking: false },
      config: {
        // Documents stay texts: they are sent as they are, nothing is parsed in the browser.
        documentMode: "string",
        enumsAsTypes: true,
        useTypeImports: true,
        skipTypename: true,
        // Only the types that the documents need. The schema's `Record` would hide TypeScript's own.
        onlyOperationTypes: true,
        // What JSON carries. A decimal is a text, for a number would lose digits of it.
        scalars: {
          ID: "string",
          CurrencyCode: "string",
          Date: "string",
          DateTime: "string",
          Decimal: "string",
          JSON: "unknown",
          Upload: "Blob",
        },
        // A scalar that comes later has to be given a type here; it does not become `any`.
        strictScalars: true,
      },
    },
  },
};

export default config;
