// The library's own transformation of an XForm, for the browser that builds the page.
import { transform } from 'enketo-transformer/web';

window.transformForm = (xform) => transform({ xform });
