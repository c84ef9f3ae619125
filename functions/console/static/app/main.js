// Where the page begins: a sign-in that comes back is taken up, then the routes are shown.
import { html, render } from "./html.js";
import { routes } from "./routes.js";
import { takeUpSignIn } from "./session.js";
import { Shell } from "./shell.js";

let failed = null;
try {
  await takeUpSignIn();
} catch (error) {
  failed = error;
}
const root = document.getElementById("app");
root.replaceChildren();
render(html`<${Shell} routes=${routes} failed=${failed} />`, root);
