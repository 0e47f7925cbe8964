/** The verbs of the command; a new verb is one file and one line here. */
import { demo } from '../../pipelines/demo.js';
import { doctor } from '../../pipelines/doctor.js';
import { evaluate } from '../../pipelines/evaluate.js';
import { live } from '../../pipelines/live.js';
import { liveView } from '../../pipelines/live-view.js';
import { inspect } from '../../pipelines/inspect.js';
import { writeReportPage } from '../../pipelines/report.js';
import { restore } from '../../pipelines/restore.js';
import { verify } from '../../pipelines/verify.js';
import { demoVerb } from './demo-verb.js';
import { doctorVerb } from './doctor-verb.js';
import { evaluateVerb } from './evaluate-verb.js';
import { inspectVerb } from './inspect-verb.js';
import { keygenVerb } from './keygen-verb.js';
import { liveVerb } from './live-verb.js';
import { reportVerb } from './report-verb.js';
import { restoreVerb } from './restore-verb.js';
import { verifyVerb } from './verify-verb.js';
import type { Verb } from './verb.js';

export const VERBS: readonly Verb[] = [
  restoreVerb(restore),
  inspectVerb(inspect),
  verifyVerb(verify),
  reportVerb(writeReportPage),
  keygenVerb,
  liveVerb(live, liveView),
  evaluateVerb(evaluate),
  doctorVerb(doctor),
  demoVerb(demo, restore),
];
