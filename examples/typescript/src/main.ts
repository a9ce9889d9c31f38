/** Makes a contract where it is not there yet, adds one to its score, shows contracts and board. */
import { Api, ApiError, RefusedError } from "./client.js";
import { createContract, findContract, line, rate, readEnding } from "./contracts.js";
import { plain, readBoard, readDeals, readOptions, readValues, writeValues } from "./deals.js";

const NUMBER = "2027-001";

async function show(api: Api): Promise<void> {
  const regions = await readOptions(api, "regions");
  const contract =
    (await findContract(api, NUMBER)) ??
    (await createContract(api, "Annual licence", {
      contractNumber: NUMBER,
      warrantyUntil: "2027-12-31",
      budget: { amount: "120000.50", currency: "USD" },
      regions: regions.slice(0, 1),
    }));
  const rated = await rate(api, contract, (contract.custom.score ?? 0) + 1);
  await writeValues(api, rated, [{ code: "regions", value: regions }]);

  for (const ending of await readEnding(api, "2027-12-31", regions[1])) {
    console.log(line(ending));
  }
  for (const { stage, count } of await readBoard(api)) {
    console.log(`${stage.name}: ${count}`);
  }
  const asked = [{ code: "contractNumber", op: "startsWith", value: "2027-" }];
  for await (const deal of readDeals(api, { customWhere: asked, orderBy: [{ title: "ASC" }] })) {
    for (const value of await readValues(api, deal.id)) {
      console.log(`${deal.title} | ${value.field.name} | ${plain(value).join(", ")}`);
    }
  }
}

try {
  const { VORONKA_URL: url = "http://127.0.0.1:8000", VORONKA_TOKEN: token = "" } = process.env;
  await show(new Api(url, token));
} catch (error) {
  if (!(error instanceof ApiError || error instanceof RefusedError)) {
    throw error;
  }
  console.error(error.message);
  process.exitCode = 1;
}
