import vue from '@vitejs/plugin-vue';

export default { plugins: [vue()], base: './', build: { target: 'es2022', chunkSizeWarningLimit: 10000 } };
