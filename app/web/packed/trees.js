"use strict";var r;(r=window.formExpressions).grow=(i,o)=>{const s=Array.isArray(o[1]),t=r.tn(o[0],i,void 0,s?"":o[1]);s&&o[1].forEach(i=>r.grow(t,i))};
