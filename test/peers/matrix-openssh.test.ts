import { describeMatrix } from "./matrix.ts";

describeMatrix("openssh");
