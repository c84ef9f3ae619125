// The one place from which pages take their markup and hooks.
import htm from "htm";
import { h } from "preact";

export { createContext, Fragment, render } from "preact";
export { useCallback, useContext, useEffect, useId, useLayoutEffect, useMemo, useReducer, useRef, useState } from "preact/hooks";
export const html = htm.bind(h);
