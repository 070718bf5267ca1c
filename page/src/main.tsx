/** Puts the page together. */
import { render } from 'preact';
import { App } from './App.js';
import { Conductor } from './conductor.js';
import { Store } from './store.js';

const place = document.getElementById('page');
if (place === null) throw new Error('the document has no place for the page');
const store = new Store();
const conductor = new Conductor(store);
render(<App store={store} conductor={conductor} />, place);
void conductor.connect();
