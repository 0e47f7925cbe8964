/** The verbs of the command; a new verb is one file and one line here. */
import { demo } from '../../pipelines/demo.js';
import { doctor } from '../../pipelines/doctor.js';
import { evaluate } from '../../pipelines/evaluate.js';
import { restore } from '../../pipelines/restore.js';
import { demoVerb } from './demo-verb.js';
import { doctorVerb } from './doctor-verb.js';
import { evaluateVerb } from './evaluate-verb.js';
import { restoreVerb } from './restore-verb.js';
import type { Verb } from './verb.js';

export const VERBS: readonly Verb[] = [
  restoreVerb(restore),
  evaluateVerb(evaluate),
  doctorVerb(doctor),
  demoVerb(demo, restore),
];
