// The types of assembly/layout.ts, for tsc: to AssemblyScript they are built in.
type i32 = number;
type u32 = number;
type usize = number;
