import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readForeignModel } from '../../src/store/foreign/foreignModel';
import { list, pickle, text } from './pickleBytes';
import { assertRefused, readModelBytes } from './readBytes';
import { paxRecord, tarBytes, type TarMember } from './tarBytes';
import { floats, stateDict, storagesOf, tinyEncoder, torchLegacy, torchZip } from './torchBytes';
import { zip64Bytes, zipBytes, type ZipMember } from './zipBytes';

const weights = torchLegacy(stateDict(tinyEncoder, true), storagesOf(tinyEncoder));
const words = pickle(list(text('xxunk'), text('xxpad')));
const goodTar: readonly TarMember[] = [
  { name: 'model/', type: '5' },
  { name: './model/lstm.pth', bytes: weights },
  { name: 'model/itos.pkl', bytes: words },
];
const goodZip: readonly ZipMember[] = [
  { name: 'model/lstm.pth', bytes: weights, deflate: true },
  { name: 'model/itos.pkl', bytes: words },
];

/** As a plain archive and as a `.tgz`. */
async function assertTarRefused(members: readonly TarMember[], why: RegExp): Promise<void> {
  const tar = tarBytes(members);
  await assertRefused(readModelBytes(tar), why);
  await assertRefused(readModelBytes(gzipSync(tar)), why);
}

describe('archives that are what they should be', () => {
  test('an embedding with more rows than words, rounded up, gets the filler for the rest', async () => {
    const one = pickle(list(text('xxunk')));
    const model = await readModelBytes(
      tarBytes([
        { name: 'l.pth', bytes: weights },
        { name: 'i.pkl', bytes: one },
      ]),
    );
    assert.deepEqual(model.vocab, ['xxunk', 'xxfake']);
  });

  test('tar, tgz and zip give weights and words', async () => {
    for (const bytes of [tarBytes(goodTar), gzipSync(tarBytes(goodTar)), zipBytes(goodZip)]) {
      const model = await readModelBytes(bytes);
      assert.deepEqual(model.vocab, ['xxunk', 'xxpad']);
      assert.deepEqual([...(model.tensors.get('encoder.weight')?.values ?? [])], [0.5, 0.5]);
    }
  });

  test('a name of more than 100 letters, by GNU tar and by pax, is read', async () => {
    const name = `${'folder/'.repeat(30)}lstm.pth`;
    const file = { name: 'short.pth', bytes: weights };
    for (const extra of [
      { name: '././@LongLink', type: 'L', bytes: Buffer.from(`${name}\0`) },
      { name: 'pax', type: 'x', bytes: Buffer.concat([paxRecord('mtime', '1.5'), paxRecord('path', name)]) },
    ]) {
      assert.equal((await readModelBytes(tarBytes([extra, file]))).kind, 'encoder');
    }
  });

  test('a zip file whose sizes are all in zip64 fields is read, as weights and as an archive', async () => {
    const members = [...storagesOf(tinyEncoder)].map(([key, bytes]) => ({ name: `m/data/${key}`, bytes }));
    const root = { name: 'm/data.pkl', bytes: pickle(stateDict(tinyEncoder)) };
    assert.equal((await readModelBytes(zip64Bytes([root, ...members]))).kind, 'encoder');
    assert.equal((await readModelBytes(zip64Bytes(goodZip))).kind, 'encoder');
  });

  test("macOS' resource forks beside the members are passed over", async () => {
    const fork = { name: 'model/._lstm.pth', bytes: Buffer.from('fork') };
    assert.equal((await readModelBytes(tarBytes([fork, ...goodTar]))).kind, 'encoder');
  });
});

describe('P4: a tar archive never says where anything is written', () => {
  const bytes = weights;
  for (const [what, name, why] of [
    ['a parent folder', '../lstm.pth', /outside the archive/],
    ['a parent folder further in', 'model/../../lstm.pth', /outside the archive/],
    ['a place from the root', '/etc/lstm.pth', /place of its own/],
    ['a drive', 'C:/lstm.pth', /place of its own/],
    ['a place on a drive that is not its root', 'C:lstm.pth', /place of its own/],
    ['backslashes', 'model\\..\\lstm.pth', /backslash/],
    ['a place on a network', '\\\\server\\share\\lstm.pth', /place of its own/],
    ['a line break', 'lstm\n.pth', /control characters/],
    ['no name', '', /has no name/],
    ['bytes that are no UTF-8', Buffer.from([0xff, 0xfe, 0x2e]), /not UTF-8/],
  ] as const) {
    test(`a member with ${what} is refused`, async () => {
      await assertTarRefused([...goodTar, { name, bytes }], why);
      const long = { name: '././@LongLink', type: 'L', bytes: Buffer.from(name) };
      await assertTarRefused([long, { name: 'x', bytes }], why);
    });
  }

  test('a NUL inside a long name is refused', async () => {
    const pax = { name: 'pax', type: 'x', bytes: paxRecord('path', 'lstm.pth\0/../x') };
    await assertTarRefused([pax, { name: 'x', bytes }], /control characters/);
  });

  for (const [type, what] of [
    ['1', 'a hard link'],
    ['2', 'a symbolic link'],
    ['3', 'a character device'],
    ['4', 'a block device'],
    ['6', 'a pipe'],
    ['S', 'a sparse file'],
    ['K', 'a long link name'],
    ['V', 'a volume'],
  ] as const) {
    test(`${what} is refused`, () =>
      assertTarRefused(
        [...goodTar, { name: 'other', type, linkName: 'model/lstm.pth' }],
        /no file but a link/,
      ));
  }

  test('duplicate names are refused, however they are written', async () => {
    for (const name of ['model/lstm.pth', './model/lstm.pth', 'MODEL/LSTM.PTH', 'model/ｌstm.pth']) {
      await assertTarRefused([...goodTar, { name, bytes }], /two members named/);
    }
  });

  test('a header that claims 10 GB is refused before anything is allocated', async () => {
    const size = 10_000_000_000;
    const binary = Buffer.alloc(12);
    binary[0] = 0x80;
    binary.writeBigUInt64BE(BigInt(size), 4);
    await assertTarRefused([{ name: 'lstm.pth', bytes, size: binary }], /claims a size of 10000000000 bytes/);
    const pax = { name: 'pax', type: 'x', bytes: paxRecord('size', String(size)) };
    await assertTarRefused([pax, { name: 'lstm.pth', bytes }], /claims a size of 10000000000 bytes/);
    // Just below the limit, and more than the archive can have.
    const lie = [{ name: 'lstm.pth', bytes, size: 4_000_000_000 }];
    await assertTarRefused(lie, /ends too early|suspicious size/);
  });

  test('impossible sizes are refused', async () => {
    const negative = Buffer.alloc(12, 0xff);
    for (const size of [negative, Buffer.from('99999999999\0'), Buffer.from('-0000000001\0')]) {
      await assertTarRefused([{ name: 'lstm.pth', bytes, size }], /impossible size/);
    }
    for (const size of ['-1', '1e3', '0x10', '']) {
      const pax = { name: 'pax', type: 'x', bytes: paxRecord('size', size) };
      await assertTarRefused([pax, { name: 'lstm.pth', bytes }], /impossible size/);
    }
    for (const record of ['99 path=x\n', '0 path=x\n', 'path=x\n', '-5 path=x\n', '8 pathx\n']) {
      await assertTarRefused([{ name: 'pax', type: 'x', bytes: Buffer.from(record) }], /pax header/);
    }
  });

  test('a tar bomb is given up early', async () => {
    const tar = tarBytes([{ name: 'zeros.txt', bytes: Buffer.alloc(2 ** 26) }, ...goodTar]);
    await assertRefused(readModelBytes(gzipSync(tar)), /suspicious size/);
  });

  // What was found in 2026 in the library that most programs unpack tar files with. Here nothing is unpacked.
  for (const [cve, what, members] of [
    [
      'CVE-2026-23745',
      'links to places from the root',
      [
        { name: 'a', type: '1', linkName: '/etc/passwd' },
        { name: 'b', type: '2', linkName: '/etc' },
      ],
    ],
    [
      'CVE-2026-23950',
      'names that a Mac takes for the same',
      [
        { name: 'collision_ß', type: '2', linkName: '..' },
        { name: 'collision_ss', bytes: words },
      ],
    ],
    [
      'CVE-2026-24842',
      'a hard link through a parent folder',
      [{ name: 'a/b/c', type: '1', linkName: 'a/../../../../secret' }],
    ],
    [
      'CVE-2026-26960',
      'a hard link through a chain of links',
      [
        { name: 'a', type: '2', linkName: 'b/..' },
        { name: 'c', type: '1', linkName: 'a/../secret' },
      ],
    ],
    [
      'CVE-2026-29786',
      'a hard link to a place on a drive',
      [{ name: 'a', type: '1', linkName: 'C:../secret' }],
    ],
    [
      'CVE-2026-31802',
      'a symbolic link to a place on a drive',
      [{ name: 'a', type: '2', linkName: 'C:../../../target' }],
    ],
  ] as const satisfies readonly (readonly [string, string, readonly TarMember[]])[]) {
    test(`${cve}: ${what}: refused, and nothing is written`, async () => {
      const parent = await mkdtemp(join(tmpdir(), 'ulmfit-hostile-'));
      const folder = join(parent, 'a', 'b');
      try {
        await mkdir(folder, { recursive: true });
        const secret = join(parent, 'secret');
        await writeFile(secret, 'unchanged');
        const archive = join(folder, 'model.tgz');
        await writeFile(archive, gzipSync(tarBytes([...members, ...goodTar])));
        await assertRefused(readForeignModel(archive), /no file but a link/);
        assert.deepEqual((await readdir(parent, { recursive: true })).sort(), [
          'a',
          join('a', 'b'),
          join('a', 'b', 'model.tgz'),
          'secret',
        ]);
        assert.equal(await readFile(secret, 'utf8'), 'unchanged');
      } finally {
        await rm(parent, { recursive: true });
      }
    });
  }

  test('CVE-2026-23950: two files whose names a Mac takes for the same are refused without any link', () =>
    assertTarRefused(
      [{ name: 'collision_ß', bytes: words }, { name: 'collision_ss', bytes: words }, ...goodTar],
      /two members named/,
    ));
});

describe('P4: a zip archive must be what its directory says', () => {
  for (const [what, name, why] of [
    ['a parent folder', '../lstm.pth', /outside the archive/],
    ['a place from the root', '/lstm.pth', /place of its own/],
    ['a drive', 'c:lstm.pth', /place of its own/],
    ['a backslash', 'a\\lstm.pth', /backslash/],
    ['a NUL', 'lstm.pth\0.txt', /control characters/],
    ['the name of another', 'MODEL/lstm.pth', /two members named/],
  ] as const) {
    test(`a member with ${what} is refused`, () =>
      assertRefused(readModelBytes(zipBytes([...goodZip, { name, bytes: weights }])), why));
  }

  test('a symbolic link is refused', () =>
    assertRefused(
      readModelBytes(zipBytes([{ name: 'l.pth', bytes: weights, says: { mode: 0o120777 } }])),
      /links/,
    ));

  test('a bomb is refused before it is unpacked', async () => {
    const bomb = { name: 'lstm.pth', bytes: Buffer.alloc(2 ** 24), deflate: true };
    await assertRefused(readModelBytes(zipBytes([bomb])), /suspicious size/);
    // One that says it is small stops where it said it would end.
    await assertRefused(readModelBytes(zipBytes([{ ...bomb, says: { size: 1000 } }])), /disagree/);
    const huge = { ...bomb, says: { size: 4_200_000_000, packedSize: 20_000 } };
    await assertRefused(readModelBytes(zipBytes([huge, huge])), /two members|too large|overlap/);
  });

  test('members that share their bytes, as the best bombs do, are refused', async () => {
    const [first] = goodZip;
    assert.ok(first);
    await assertRefused(
      readModelBytes(zipBytes([first, { ...first, name: 'b.pth', says: { offset: 0 } }])),
      /overlap/,
    );
  });

  for (const [what, says, why] of [
    ['another place', { offset: 7 }, /overlap|disagree|ends too early/],
    ['a place beyond the file', { offset: 2 ** 31 }, /overlap/],
    ['another name', { name: 'model/lstn.pth' }, /disagree/],
    ['another size', { size: 12 }, /disagree|two sizes/],
    ['another packed size', { packedSize: 12 }, /disagree|two sizes|unpacked/],
    ['another checksum', { crc: 1 }, /disagree/],
  ] as const) {
    test(`a directory that says ${what} than the member is refused`, async () => {
      for (const deflate of [false, true]) {
        await assertRefused(
          readModelBytes(zipBytes([{ name: 'model/lstm.pth', bytes: weights, deflate, says }])),
          why,
        );
      }
    });
  }

  test('a directory in another place, of another length or with another number of members is refused', async () => {
    const whole = zipBytes(goodZip);
    for (const [at, change, size] of [
      [10, 1, 2],
      [10, -1, 2],
      [12, 1, 4],
      [12, -46, 4],
      [16, 1, 4],
      [16, -1, 4],
    ] as const) {
      const bytes = Buffer.from(whole);
      const position = bytes.length - 22 + at;
      bytes.writeUIntLE(bytes.readUIntLE(position, size) + change, position, size);
      await assertRefused(readModelBytes(bytes), /directory|zip/);
    }
    await assertRefused(
      readModelBytes(Buffer.concat([whole, Buffer.from('more')])),
      /end of the zip file is missing/,
    );
    // Something in front moves everything: the directory is where it is, but no longer where it says.
    await assertRefused(
      readModelBytes(Buffer.concat([Buffer.from('PK\x03\x04'), whole])),
      /directory is not where/,
    );
  });

  test('zip64 records that lie are refused', async () => {
    const whole = zip64Bytes(goodZip);
    const record = whole.length - 22 - 20 - 56;
    for (const at of [16, 32, 40, 48]) {
      for (const value of [1n, 2n ** 40n, 2n ** 63n]) {
        const bytes = Buffer.from(whole);
        bytes.writeBigUInt64LE(value, record + at);
        await assertRefused(readModelBytes(bytes), /directory|impossible|too many|several|ends too early/);
      }
    }
    const moved = Buffer.from(whole);
    moved.writeBigUInt64LE(3n, record + 56 + 8);
    await assertRefused(readModelBytes(moved), /zip64 record is not where/);
  });

  test('a damaged member is found by its checksum', async () => {
    const bytes = torchZip(stateDict(tinyEncoder), storagesOf(tinyEncoder));
    const at = bytes.indexOf(floats(4));
    bytes[at + 2] = 0x11;
    await assertRefused(readModelBytes(bytes), /checksum is wrong/);
  });

  test('encrypted members and other ways of compression are refused by name', async () => {
    const whole = zipBytes([{ name: 'l.pth', bytes: weights }]);
    const directory = whole.readUInt32LE(whole.length - 6);
    const encrypted = Buffer.from(whole);
    encrypted.writeUInt16LE(1, directory + 8);
    await assertRefused(readModelBytes(encrypted), /encrypted/);
    const other = Buffer.from(whole);
    other.writeUInt16LE(93, directory + 10);
    other.writeUInt16LE(93, 8);
    await assertRefused(readModelBytes(other), /method 93/);
  });
});

describe('what an archive holds must be clear', () => {
  test('none, two or nested ones are refused', async () => {
    const other = { name: 'other.pth', bytes: weights };
    await assertRefused(readModelBytes(zipBytes([...goodZip, other])), /2 files of weights/);
    await assertTarRefused(
      [...goodTar, { name: 'other.pkl', bytes: words }],
      /2 files that may hold the words/,
    );
    await assertTarRefused([{ name: 'readme.txt', bytes: words }], /no file of weights/);
    await assertTarRefused(
      [{ name: 'lstm.pth', bytes: gzipSync(tarBytes(goodTar)) }],
      /no kind of model file/,
    );
  });

  test('TorchScript, big-endian and HDF5 files are refused by name', async () => {
    const root = { name: 'm/data.pkl', bytes: pickle(stateDict(tinyEncoder)) };
    await assertRefused(
      readModelBytes(zipBytes([root, { name: 'm/constants.pkl', bytes: words }])),
      /TorchScript/,
    );
    await assertRefused(
      readModelBytes(zipBytes([root, { name: 'm/byteorder', bytes: Buffer.from('big') }])),
      /big-endian/,
    );
    await assertRefused(readModelBytes(Buffer.from('\x89HDF\r\n\x1a\n', 'latin1')), /HDF5/);
    await assertRefused(readModelBytes(Buffer.alloc(0)), /no kind of model file/);
  });

  test('words that do not go with the weights are refused', async () => {
    const three = pickle(list(text('a'), text('b'), text('c')));
    await assertTarRefused(
      [
        { name: 'l.pth', bytes: weights },
        { name: 'i.pkl', bytes: three },
      ],
      /2 words.*has 3/,
    );
  });
});
