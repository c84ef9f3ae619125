// What the function filled into the page: where the functions lie, and where one signs in.
const told = JSON.parse(document.getElementById("config").textContent);

export const config = Object.freeze({
  base: told.base,
  home: `${told.base}/console/`,
  issuer: told.issuer,
  client: told.client,
  orgClaim: told.org_claim,
  roleClaim: told.role_claim,
});
