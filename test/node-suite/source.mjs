// The source of Node's own tests, from Debian: unpacked into the cache beside the other runtimes. Nothing of it is kept here.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CACHE } from "../runtimes/tools.mjs";

const FOLDER = join(dirname(CACHE), "node-suite");
const RELEASE = "trixie";
const KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** @returns {string} the folder that has Node's `test`; "" where apt cannot get it */
export function installSource() {
  const source = join(FOLDER, "source");
  if (existsSync(source)) return source;
  console.log(`getting the source of Node from Debian ${RELEASE}`);
  mkdirSync(join(FOLDER, "lists/partial"), { recursive: true });
  const list = join(FOLDER, "debian.sources");
  writeFileSync(
    list,
    ["Types: deb-src", `URIs: ${mirror()}`, `Suites: ${RELEASE}`, "Components: main", `Signed-By: ${KEYS}`, ""].join(
      "\n",
    ),
  );
  const options = [
    `Dir::Etc::sourcelist=${list}`,
    "Dir::Etc::sourceparts=-",
    `Dir::State::lists=${join(FOLDER, "lists")}`,
    "APT::Sandbox::User=root",
  ];
  const apt = (...parameters) => run("apt-get", [...options.flatMap((option) => ["-o", option]), "-qq", ...parameters]);
  if (!apt("update") || !apt("source", "--tar-only", "nodejs")) return "";
  return unpack(source) ? source : "";
}

/** The archive that this machine gets its own packages from. */
function mirror() {
  const { stdout } = spawnSync("apt-get", ["indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"], {
    encoding: "utf8",
  });
  return stdout?.split("\n").find((address) => address.endsWith("/debian/")) ?? "";
}

/** Its own package.json keeps that of a folder above from making ES modules of the tests. */
function unpack(source) {
  const archive = readdirSync(FOLDER).find((name) => /^nodejs_.*\.orig\.tar\.xz$/.test(name));
  const made = `${source}.new`;
  rmSync(made, { recursive: true, force: true });
  mkdirSync(made);
  if (archive === undefined || !run("tar", ["xf", archive, "-C", made, "--strip-components=1"])) return false;
  writeFileSync(join(made, "package.json"), "{}\n");
  renameSync(made, source);
  return true;
}

function run(command, parameters) {
  return spawnSync(command, parameters, { cwd: FOLDER, stdio: ["ignore", "ignore", "inherit"] }).status === 0;
}
