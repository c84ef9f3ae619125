// The choice of a time zone: the viewer's own first, then all that the browser knows.
import { html } from "../html.js";
import { ownZone } from "../times.js";
import { Select } from "./forms.js";

const known = Intl.supportedValuesOf("timeZone");
const choices = (value) =>
  [...new Set([ownZone, value, "UTC", ...known])].filter(Boolean).map((zone) => [zone, zone.replaceAll("_", " ")]);

export const ZoneField = ({ label = "Time zone", value, ...more }) =>
  html`<${Select} label=${label} value=${value} choices=${choices(value)} ...${more} />`;
