import fc from 'fast-check';
import { createCalendar } from '#src/scheduling/calendar.ts';
import { CELL, type Claim, cellsOf, chooseSeat, createOccupancy, placesLeft } from '#src/scheduling/cells.ts';
import { ANY_TIME, anyDate, later, rulesAround } from '#tests/support/schedules.ts';

const range = { from: 0, until: 1_000 };
const claim = (from: number, until: number, seat = 0): Claim => ({ from, until, seat, heldUntil: null });

describe('cellsOf()', () => {
  test('numbers five minutes each from 1970', () => {
    expect(cellsOf(0, 15 * 60_000)).toEqual([0, 1, 2]);
    expect(cellsOf(Date.parse('2026-06-01T01:00:00Z'), Date.parse('2026-06-01T01:30:00Z'))).toHaveLength(6);
  });

  test('claims a cell that is only touched, and none for no time', () => {
    expect(cellsOf(4 * 60_000, 6 * 60_000)).toEqual([0, 1]);
    expect([cellsOf(0, 0), cellsOf(10, 0)]).toEqual([[], []]);
  });

  test('periods overlap exactly when they share a cell, on the grid', () => {
    const period = fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 30 }));
    fc.assert(
      fc.property(period, period, ([a, long], [b, other]) => {
        const [one, two] = [cellsOf(a * CELL, (a + long) * CELL), new Set(cellsOf(b * CELL, (b + other) * CELL))];
        expect(one.some((cell) => two.has(cell))).toBe(a < b + other && b < a + long);
      }),
    );
  });
});

describe('chooseSeat()', () => {
  test('takes the lowest seat that is free in all cells', () => {
    const occupancy = createOccupancy(range, [claim(0, 2, 0), claim(4, 6, 1)]);
    expect(chooseSeat(occupancy, { from: 0, until: 6 }, 3)).toBe(2);
    expect(chooseSeat(occupancy, { from: 0, until: 6 }, 2)).toBeNull();
    expect(chooseSeat(occupancy, { from: 2, until: 4 }, 2)).toBe(0);
    expect(chooseSeat(occupancy, { from: 0, until: 2 }, 2)).toBe(1);
  });

  test('fills 32 seats and then none', () => {
    const claims: Claim[] = [];
    for (let seat = 0; seat < 32; seat++) {
      expect(chooseSeat(createOccupancy(range, claims), { from: 1, until: 3 }, 32)).toBe(seat);
      claims.push(claim(1, 3, seat));
    }
    expect(chooseSeat(createOccupancy(range, claims), { from: 2, until: 9 }, 32)).toBeNull();
  });

  test('gives nobody a place while more sit there than a lowered capacity allows', () => {
    const occupancy = createOccupancy(range, [claim(0, 6, 1), claim(0, 6, 2)]);
    expect([chooseSeat(occupancy, { from: 0, until: 6 }, 2), chooseSeat(occupancy, { from: 0, until: 6 }, 3)]).toEqual([null, 0]);
  });
});

test('placesLeft() counts as sets do', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 31 })), fc.integer({ min: 1, max: 32 }), (seats, capacity) => {
      const mask = seats.reduce((bits, seat) => bits | (1 << seat), 0);
      const free = Array.from({ length: capacity }, (_, seat) => seat).filter((seat) => !seats.includes(seat)).length;
      expect(placesLeft(mask, capacity)).toBe(Math.max(0, Math.min(free, capacity - seats.length)));
    }),
  );
});

test('createOccupancy() cuts claims off at its range and refuses seats that are none', () => {
  const occupancy = createOccupancy({ from: 10, until: 20 }, [claim(0, 12), claim(18, 99, 1)]);
  expect([occupancy.seats(10, 20), occupancy.seats(12, 18), occupancy.seats(11, 12)]).toEqual([0b11, 0, 0b1]);
  expect(() => occupancy.seats(9, 11)).toThrow(RangeError);
  for (const seat of [-1, 32, 0.5, Number.NaN]) expect(() => createOccupancy(range, [claim(0, 1, seat)])).toThrow(RangeError);
});

describe('for any rules and claims', () => {
  const cases = anyDate.chain((date) => fc.tuple(fc.constant(date), rulesAround(date)));
  const claims = fc.array(
    fc
      .record({
        hour: fc.integer({ min: 0, max: 72 }),
        cells: fc.integer({ min: 1, max: 20 }),
        seat: fc.integer({ min: 0, max: 3 }),
        held: fc.boolean(),
      })
      .map(({ hour, cells, seat, held }) => ({ from: hour * 12, until: hour * 12 + cells, seat, heldUntil: held ? 1 : null })),
    { maxLength: 20 },
  );

  test('claims and free places are complements', () => {
    fc.assert(
      fc.property(cases, claims, ([date, rules], relative) => {
        const calendar = createCalendar(rules, 'Asia/Shanghai');
        const [from, until] = [date, later(date, 3)];
        const cells = calendar.claimRange(from, until);
        const taken = relative.map((each): Claim => ({ ...each, from: each.from + cells.from, until: each.until + cells.from }));
        const rows = new Set(
          taken.flatMap((each) => Array.from({ length: each.until - each.from }, (_, step) => `${each.from + step} ${each.seat}`)),
        );
        const states = calendar.slots({ from, until, ...ANY_TIME, occupancy: createOccupancy(cells, taken) });
        for (const { slot, places, reason } of states) {
          const isTaken = (seat: number) => cellsOf(slot.start, slot.cells.until * CELL).some((cell) => rows.has(`${cell} ${seat}`));
          const seats = Array.from({ length: 32 }, (_, seat) => seat);
          const people = seats.filter(isTaken).length;
          const free = seats.slice(0, slot.capacity).filter((seat) => !isTaken(seat)).length;
          expect(places).toBe(Math.max(0, Math.min(free, slot.capacity - people)));
          expect(reason === null).toBe(places > 0);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('booking every free place one after the other never claims a cell and seat twice', () => {
    fc.assert(
      fc.property(cases, fc.integer({ min: 1, max: 8 }), ([date, rules], length) => {
        const calendar = createCalendar(rules, 'Asia/Shanghai');
        const cells = calendar.claimRange(date, date);
        const taken: Claim[] = [];
        const rows = new Set<string>();
        // Two lengths in turn, so that appointments of different length compete for the same cells.
        for (let turn = 0; turn < 400; turn++) {
          const occupancy = createOccupancy(cells, taken);
          const minutes = turn % 2 === 0 ? length * 5 : undefined;
          const query = { from: date, until: date, ...ANY_TIME, occupancy };
          const free = [...calendar.slots({ ...query, minutes }), ...calendar.slots(query)].find(({ places }) => places > 0);
          if (!free) break;
          const seat = chooseSeat(occupancy, free.slot.cells, free.slot.capacity)!;
          taken.push({ ...free.slot.cells, seat, heldUntil: null });
          for (const cell of cellsOf(free.slot.start, free.slot.cells.until * CELL)) {
            expect(rows.has(`${cell} ${seat}`)).toBe(false);
            rows.add(`${cell} ${seat}`);
          }
        }
      }),
      { numRuns: 40 },
    );
  });
});
