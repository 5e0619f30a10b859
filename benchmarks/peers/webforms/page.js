// Opens the form of the folder, as a host of ODK Web Forms does.
import { OdkWebForm, webFormsPlugin } from '@getodk/web-forms';
import { createApp, h } from 'vue';

const formXml = await (await fetch('form.xml')).text();
const page = { render: () => h(OdkWebForm, { formXml, fetchFormAttachment: (address) => fetch(address), onSubmit: () => {} }) };
createApp(page).use(webFormsPlugin).mount('#app');
