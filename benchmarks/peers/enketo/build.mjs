// Bundles the library, its style and its transformation of forms into a folder: node build.mjs folder
import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import * as sass from 'sass';

const target = process.argv[2];
const core = (file) => resolve('node_modules/enketo-core', file);
// What a host names for the library; the widgets are the few that a form of choices needs.
const alias = {
  'enketo/config': core('config.js'),
  'enketo/widgets': resolve('widgets.js'),
  'enketo/translator': core('src/js/fake-translator.js'),
  'enketo/dialog': core('src/js/fake-dialog.js'),
  'enketo/file-manager': core('src/js/file-manager.js'),
  'enketo/xpath-evaluator-binding': core('src/js/xpath-evaluator-binding.js'),
};
mkdirSync(target, { recursive: true });
const bundled = { bundle: true, minify: true, format: 'iife', loader: { '.svg': 'dataurl' }, logLevel: 'error' };
await build({ ...bundled, entryPoints: ['page.js'], outfile: `${target}/page.js`, alias });
await build({ ...bundled, entryPoints: ['transform.js'], external: ['libxslt'], outfile: `${target}/transform.js` });
// Its style names a file by the place that it has in the library's own repository.
const own = '/packages/enketo-core/node_modules/';
const importer = {
  findFileUrl: (name) => (name.startsWith(own) ? pathToFileURL(resolve('node_modules', name.slice(own.length))) : null),
};
const options = { style: 'compressed', loadPaths: ['node_modules'], importers: [importer], quietDeps: true };
writeFileSync(`${target}/page.css`, sass.compile('page.scss', { ...options, silenceDeprecations: ['import'] }).css);
