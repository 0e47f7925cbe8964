import { assert, constantFrom, integer, property, record, array } from 'fast-check';
import { expect, it } from 'vitest';
import { cellsSize, packCells, unpackCells } from '../../src/evidence/cells.js';
import { PROVENANCE } from '../../src/frame/provenance.js';

const cell = record({
  provenance: constantFrom(...Object.values(PROVENANCE)),
  uncertainty: integer({ min: 1, max: 16 }),
  seenFrom: integer({ min: -32767, max: 32767 }),
});

it('gives back what was packed: what each cell is, how sure, and from when', () => {
  assert(
    property(array(cell, { minLength: 1, maxLength: 50 }), (cells) => {
      const facts = unpackCells(
        packCells({
          provenance: Uint8Array.from(cells, (one) => one.provenance),
          uncertainty: Uint8Array.from(cells, (one) => one.uncertainty),
          seenFrom: Int16Array.from(cells, (one) => one.seenFrom),
        }),
      );
      cells.forEach(({ provenance, uncertainty, seenFrom }, at) => {
        expect(facts.provenance[at]).toBe(provenance);
        const unknown = provenance >= PROVENANCE.synthesised;
        const sure = provenance === PROVENANCE.original ? 0 : uncertainty;
        expect(facts.uncertainty[at]).toBe(unknown ? 255 : sure);
        expect(facts.seenFrom[at]).toBe(provenance === PROVENANCE.recovered ? seenFrom : 0);
      });
    }),
  );
});

it('is four pictures of the grid, one below the other', () => {
  expect(cellsSize({ columns: 80, rows: 60 })).toEqual({ width: 80, height: 240 });
});
