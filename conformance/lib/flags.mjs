// Flags of every type, and one per way to decide.

/** Key, type, value. */
export const TYPED = [
  ["typed.boolean", "boolean", true],
  ["typed.string", "string", "dark \"mode\" ü"],
  ["typed.integer", "integer", 10],
  ["typed.float", "float", 10.0],
  ["typed.fraction", "float", 0.25],
  ["typed.object", "object", { theme: { name: "dark" }, sizes: [1, 2.5, null] }],
];

const serve = (variant) => ({ serve: { variant } });

/** Served to people in Germany only. */
export const BY_COUNTRY = "by-country";
/** Needs a targeting key. */
export const SPLIT = "split:half@2";
/** Switched on and off by tests. */
export const SWITCHED = "switched";

export async function addFlags(admin) {
  for (const [key, kind, value] of TYPED) {
    const variants = kind === "boolean" ? undefined : [{ key: "it", value }];
    await add(admin, { key, kind, variants }, { default: serve(kind === "boolean" ? "on" : "it") });
  }
  const condition = { test: { attribute: "country", op: "equals", values: ["DE"] } };
  const rules = [{ id: "germany", name: "Germany", condition, serve: serve("on") }];
  await add(admin, { key: BY_COUNTRY, kind: "boolean" }, { rules, default: serve("off") });
  const arms = ["on", "off"].map((variant) => ({ variant, weight: 5000 }));
  // A patch is merged: what is served until now has to go.
  const split = { serve: { variant: null, split: { allocation: { salt: "" }, arms } } };
  await add(admin, { key: SPLIT, kind: "boolean" }, { default: split });
  await add(admin, { key: SWITCHED, kind: "boolean" }, { default: serve("off") });
  await add(admin, { key: "hidden", kind: "boolean", client_visible: false }, { default: serve("on") });
}

async function add(admin, flag, config) {
  const create = { client_visible: true, ...flag };
  const edit = { flag: flag.key, environment: "dev", patch: { enabled: true, ...config } };
  await admin.change({ flag: { create } }, { config: { edit } });
}

/** Has the switched flag serve a variant. */
export async function turn(admin, variant) {
  const edit = { flag: SWITCHED, environment: "dev", patch: { default: serve(variant) } };
  await admin.change({ config: { edit } });
}
