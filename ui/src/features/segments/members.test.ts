import { describe, expect, it } from 'vitest';
import { readMembers } from './members';

describe('lists of members', () => {
  it('reads lines, columns, quotes and headers', () => {
    expect(readMembers('subject,name\nanna,Anna\n"b,o",Bo\nanna,again\n\n')).toEqual({
      members: ['anna', 'b,o'],
      duplicates: 1,
      malformed: [],
    });
    expect(readMembers('anna, bo;cy').members).toEqual(['anna', 'bo', 'cy']);
    expect(readMembers('id').members).toEqual(['id']);
  });

  it('names what cannot be a key', () => {
    expect(readMembers(`ok\n${'x'.repeat(201)}\na\u0007b`)).toMatchObject({
      members: ['ok'],
      malformed: ['x'.repeat(40), 'a\u0007b'],
    });
  });
});
