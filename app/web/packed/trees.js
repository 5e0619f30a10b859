(i=>{"use strict";i.grow=(o,r)=>{const s=Array.isArray(r[1]),t=i.X(r[0],o,void 0,s?"":r[1]);s&&r[1].forEach(o=>i.grow(t,o))}})(window.formExpressions);
