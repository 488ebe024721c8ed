// The number types that assembly/layout.ts uses, for tsc; AssemblyScript has them built in.
type i32 = number;
type u32 = number;
type usize = number;
