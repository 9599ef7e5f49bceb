/**
 * A filter for the kernel (seccomp, in classic BPF) of the few system calls that reach past all namespaces: the
 * keyrings of the user's login session, typing into a terminal that was handed in, and a virtual machine's sockets to
 * its host. io_uring makes sockets without a system call of that name, so it goes with them, as in most containers.
 */

interface Architecture {
  /** AUDIT_ARCH_…; each processor also runs the programs of its 32-bit ancestor, under other numbers. */
  readonly audit: number;
  /** Those for keys, `io_uring_setup`, and on old 32-bit processors the call that makes sockets among much else. */
  readonly refused: readonly number[];
  /** The second is that of x32 programs, which have their own. */
  readonly ioctl: readonly number[];
  readonly socket: number;
}

const ARCHITECTURES: Readonly<Partial<Record<NodeJS.Architecture, readonly Architecture[]>>> = {
  x64: [
    { audit: 0xc000003e, refused: [248, 249, 250, 425], ioctl: [16, 514], socket: 41 },
    { audit: 0x40000003, refused: [286, 287, 288, 425, 102], ioctl: [54], socket: 359 },
  ],
  arm64: [
    { audit: 0xc00000b7, refused: [217, 218, 219, 425], ioctl: [29], socket: 198 },
    { audit: 0x40000028, refused: [309, 310, 311, 425, 102], ioctl: [54], socket: 281 },
  ],
};

/** TIOCSTI and TIOCLINUX. */
const TERMINAL_REQUESTS = [0x5412, 0x541c];
/** AF_VSOCK. */
const REFUSED_FAMILIES = [40];

const LOAD = 0x20;
const AND = 0x54;
const JUMP_IF_EQUAL = 0x15;
const RETURN = 0x06;
const ALLOW = 0x7fff0000;
const REFUSE = 0x00050001;

/** Where the parts lie that a filter may look at; of the arguments the lower half. */
const OFFSETS = { number: 0, architecture: 4, firstArgument: 16, secondArgument: 24 } as const;

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
function instructionsFor({ audit, refused, ioctl, socket }: Architecture): Instruction[] {
  const judged = [
    ...ioctl.map((number) => ({ number, argument: OFFSETS.secondArgument, values: TERMINAL_REQUESTS })),
    { number: socket, argument: OFFSETS.firstArgument, values: REFUSED_FAMILIES },
  ];
  const judgedLength = judged.reduce((length, { values }) => length + values.length + 3, 0);
  const block: Instruction[] = [
    [LOAD, 0, 0, OFFSETS.number],
    [AND, 0, 0, WITHOUT_X32_BIT],
  ];
  const length = block.length + refused.length + judgedLength + 2;
  const refuseIfEqual = (value: number) => {
    block.push([JUMP_IF_EQUAL, length - 2 - block.length, 0, value]);
  };
  refused.forEach(refuseIfEqual);
  for (const { number, argument, values } of judged) {
    block.push([JUMP_IF_EQUAL, 0, values.length + 2, number], [LOAD, 0, 0, argument]);
    values.forEach(refuseIfEqual);
    block.push([RETURN, 0, 0, ALLOW]);
  }
  block.push([RETURN, 0, 0, ALLOW], [RETURN, 0, 0, REFUSE]);
  return [[LOAD, 0, 0, OFFSETS.architecture], [JUMP_IF_EQUAL, 0, length, audit], ...block];
}
