/**
 * A filter for the kernel (seccomp, in classic BPF) of the few system calls that reach past all namespaces: the
 * keyrings of the user's login session, and typing into a terminal that was handed in.
 */

interface Architecture {
  /** AUDIT_ARCH_…; each processor also runs the programs of its 32-bit ancestor, under other numbers. */
  readonly audit: number;
  readonly keyCalls: readonly number[];
  readonly ioctl: number;
}

const ARCHITECTURES: Readonly<Partial<Record<NodeJS.Architecture, readonly Architecture[]>>> = {
  x64: [
    { audit: 0xc000003e, keyCalls: [248, 249, 250], ioctl: 16 },
    { audit: 0x40000003, keyCalls: [286, 287, 288], ioctl: 54 },
  ],
  arm64: [
    { audit: 0xc00000b7, keyCalls: [217, 218, 219], ioctl: 29 },
    { audit: 0x40000028, keyCalls: [309, 310, 311], ioctl: 54 },
  ],
};

/** TIOCSTI and TIOCLINUX. */
const TERMINAL_REQUESTS = [0x5412, 0x541c];

const LOAD = 0x20;
const AND = 0x54;
const JUMP_IF_EQUAL = 0x15;
const RETURN = 0x06;
const ALLOW = 0x7fff0000;
const REFUSE = 0x00050001;

/** Where the parts lie that a filter may look at; of the second argument the lower half. */
const OFFSETS = { number: 0, architecture: 4, secondArgument: 24 } as const;

/** x32 programs set this bit in the number, and are counted as x86-64. */
const WITHOUT_X32_BIT = 0xbfffffff;

type Instruction = readonly [code: number, ifTrue: number, ifFalse: number, value: number];

/** undefined for a processor whose numbers are not known here. */
export function systemCallFilter(architecture: NodeJS.Architecture): Uint8Array | undefined {
  const known = ARCHITECTURES[architecture];
  if (known === undefined) {
    return undefined;
  }
  const program = [...known.flatMap(instructionsFor), [RETURN, 0, 0, ALLOW] as const];
  const bytes = Buffer.alloc(program.length * 8);
  for (const [index, [code, ifTrue, ifFalse, value]] of program.entries()) {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(ifTrue, index * 8 + 2);
    bytes.writeUInt8(ifFalse, index * 8 + 3);
    bytes.writeUInt32LE(value, index * 8 + 4);
  }
  return bytes;
}

/** Jumps count the instructions to pass over; the last one of the block refuses, the one before it allows. */
function instructionsFor({ audit, keyCalls, ioctl }: Architecture): Instruction[] {
  const block: Instruction[] = [
    [LOAD, 0, 0, OFFSETS.number],
    [AND, 0, 0, WITHOUT_X32_BIT],
  ];
  const length = block.length + keyCalls.length + 2 + TERMINAL_REQUESTS.length + 2;
  const refuseIfEqual = (value: number) => {
    block.push([JUMP_IF_EQUAL, length - 2 - block.length, 0, value]);
  };
  keyCalls.forEach(refuseIfEqual);
  block.push([JUMP_IF_EQUAL, 0, length - 3 - block.length, ioctl], [LOAD, 0, 0, OFFSETS.secondArgument]);
  TERMINAL_REQUESTS.forEach(refuseIfEqual);
  block.push([RETURN, 0, 0, ALLOW], [RETURN, 0, 0, REFUSE]);
  return [[LOAD, 0, 0, OFFSETS.architecture], [JUMP_IF_EQUAL, 0, length, audit], ...block];
}
