// A real OpenID Connect provider (npm's oidc-provider) on the loopback interface, for tests alone.
// The one argument is JSON: port, home (where the product is), accounts {login: claims}, and the client's id and secret. Its own
// sign-in page takes any password. Prints "ready" once it listens.
import Provider from "oidc-provider";

const { port, home, accounts, client_id, client_secret } = JSON.parse(process.argv[2]);
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [
    {
      client_id,
      client_secret,
      redirect_uris: [`${home}/sign-in/answer`],
      post_logout_redirect_uris: [`${home}/sign-in`],
    },
  ],
  cookies: { keys: ["of tests"] },
  claims: {
    openid: ["sub"],
    email: ["email", "email_verified"],
    profile: ["name"],
    groups: ["groups"],
  },
  scopes: ["openid", "email", "profile", "groups"],
  pkce: { required: () => true },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({ sub: id, ...accounts[id] }),
  }),
});
const allowed = provider.Client.prototype.redirectUriAllowed;
provider.Client.prototype.redirectUriAllowed = function redirectUriAllowed(uri) {
  return allowed.call(this, uri.replace(/\/[0-9a-f-]{36}$/, ""));
};
provider.listen(port, "127.0.0.1", () => process.stdout.write("ready\n"));
