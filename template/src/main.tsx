import { start } from '@vitrail/sdk';
import App from './App';
import './styles.css';

start(<App />);
