// The administration API, as a script would use it.

const ORGANIZATION = "/hoist/v1/organizations/default";

export class Admin {
  #origin;
  #cookie;
  #project = `${ORGANIZATION}/projects/first`;

  static async signIn(origin, { email, password }) {
    const admin = new Admin();
    admin.#origin = origin;
    const answer = await admin.#send("POST", "/hoist/v1/session", JSON.stringify({ email, password }));
    admin.#cookie = answer.headers
      .getSetCookie()
      .map((cookie) => cookie.split(";")[0])
      .join("; ");
    return admin;
  }

  /** The same person in a project of its own with one environment, `dev`. */
  async inProject(key) {
    const other = new Admin();
    other.#origin = this.#origin;
    other.#cookie = this.#cookie;
    await this.#changes(ORGANIZATION, [{ project: { create: { key } } }]);
    other.#project = `${ORGANIZATION}/projects/${key}`;
    const environments = await (await other.#send("GET", `${other.#project}/environments`)).json();
    if (!JSON.stringify(environments).includes('"dev"')) await other.change({ environment: { create: { key: "dev" } } });
    return other;
  }

  /** Carries out changes of the project. */
  change(...changes) {
    return this.#changes(this.#project, changes);
  }

  async #changes(place, changes) {
    const answer = await this.#send("POST", `${place}/changes`, JSON.stringify({ changes }));
    const json = await answer.json();
    if (json.outcome !== "applied") throw new Error(`not applied: ${JSON.stringify(json).slice(0, 2000)}`);
    return json;
  }

  /** Makes a key of software. */
  async key(kind, environment) {
    const name = `conformance ${kind} ${environment} ${Math.random()}`;
    const made = await this.change({ credential: { create: { name, kind, environment } } });
    const { document, secret } = made.secrets[0];
    return { id: document, secret };
  }

  async revoke(key) {
    await this.change({ credential: { revoke: { credential: key.id } } });
  }

  /** Imports a file and says what became of it. */
  async import(from, environment, text) {
    const answer = await this.#send("POST", `${this.#project}/import?from=${from}&environment=${environment}`, text);
    return answer.json();
  }

  async flag(key) {
    return (await this.#send("GET", `${this.#project}/flags/${encodeURIComponent(key)}`)).json();
  }

  async #send(method, path, body) {
    const headers = { "content-type": "application/json", "hoist-csrf": "1", cookie: this.#cookie ?? "" };
    const answer = await fetch(this.#origin + path, { method, headers, body });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${(await answer.text()).slice(0, 2000)}`);
    return answer;
  }
}
