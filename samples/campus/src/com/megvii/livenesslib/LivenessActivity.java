package com.megvii.livenesslib;

import android.app.Activity;
import android.hardware.Camera;
import android.os.Bundle;

/** STAND-IN written for this sample: the class name of a face SDK, none of the vendor's code. Keeps nothing. */
public final class LivenessActivity extends Activity {
    private Camera camera;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        camera = Camera.open(1);
        camera.startPreview();
        camera.startFaceDetection();
    }

    @Override
    protected void onPause() {
        super.onPause();
        camera.release();
    }
}
