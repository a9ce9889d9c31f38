/** Takes the addresses out of package-lock.json; `npm run lock` has just made it. */
import { readFileSync, writeFileSync } from "node:fs";

const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
for (const described of Object.values(lock.packages)) {
  delete described.funding;
}
writeFileSync("package-lock.json", `${JSON.stringify(lock, null, 2)}\n`);
