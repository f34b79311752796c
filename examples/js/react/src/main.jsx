import { createRoot } from 'react-dom/client';
import { App } from './App.jsx';

const table = new URL(location.href).searchParams.get('table');
createRoot(document.querySelector('#root')).render(<App location={table} />);
