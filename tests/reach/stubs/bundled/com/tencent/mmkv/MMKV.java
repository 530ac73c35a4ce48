package com.tencent.mmkv;

/** The real one keeps the values in a memory-mapped file, through native code. */
public class MMKV {
    public static MMKV defaultMMKV() { return new MMKV(); }

    public native boolean decodeBool(String key, boolean otherwise);
}
