package com.stub;

import android.app.Application;
import android.content.Context;

/**
 * STAND-IN written for this sample: the class name of a packer's loader, none of the vendor's code.
 * The app's own components are declared in the manifest and absent from classes.dex, as in a packed app. The library
 * that it names is an empty ELF header made by the build script: loading it fails, and the app goes no further.
 */
public final class StubApp extends Application {
    @Override
    protected void attachBaseContext(Context base) {
        super.attachBaseContext(base);
        try {
            System.loadLibrary("jiagu");
        } catch (UnsatisfiedLinkError empty) {
            // There is nothing to unpack.
        }
    }
}
