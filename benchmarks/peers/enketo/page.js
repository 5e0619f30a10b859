// Opens the form that the page was served with, as a host of enketo-core does.
import { Form } from 'enketo-core';

const form = new Form(document.querySelector('form.or'), { modelStr: document.getElementById('model').textContent }, {});
const problems = form.init();
// Until here an answer would not have been recorded.
document.documentElement.dataset.usable = "1";
if (problems.length) console.error(problems);
