import { describeMatrix } from "./matrix.ts";

describeMatrix("embedded");
