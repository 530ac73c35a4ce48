package cn.xuelin.reader;

import android.Manifest;
import android.app.Activity;
import android.app.AlertDialog;
import android.content.DialogInterface;
import android.content.pm.PackageManager;
import android.hardware.Camera;
import android.os.Bundle;
import android.view.SurfaceView;
import android.view.View;
import java.io.IOException;

/** Takes a photo of the homework. The permission is asked for when it is needed, after saying what for. */
public final class HomeworkPhotoActivity extends Activity implements View.OnClickListener, Camera.PictureCallback {
    private static final int REQUEST_CAMERA = 1;
    private Camera camera;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        setContentView(R.layout.photo);
        findViewById(R.id.shoot).setOnClickListener(this);
    }

    @Override
    public void onClick(View view) {
        if (checkSelfPermission(Manifest.permission.CAMERA) == PackageManager.PERMISSION_GRANTED) {
            shoot();
            return;
        }
        new AlertDialog.Builder(this)
                .setMessage(R.string.photo_reason)
                .setPositiveButton(R.string.agree, new DialogInterface.OnClickListener() {
                    @Override
                    public void onClick(DialogInterface dialog, int which) {
                        requestPermissions(new String[] {Manifest.permission.CAMERA}, REQUEST_CAMERA);
                    }
                })
                .setNegativeButton(R.string.disagree, null)
                .show();
    }

    private void shoot() {
        try {
            camera = Camera.open();
            camera.setPreviewDisplay(((SurfaceView) findViewById(R.id.preview)).getHolder());
            camera.startPreview();
            camera.takePicture(null, null, this);
        } catch (IOException noPreview) {
            release();
        }
    }

    @Override
    public void onPictureTaken(final byte[] jpeg, Camera source) {
        release();
        new Thread() {
            @Override
            public void run() {
                try {
                    Api.submitHomework(jpeg);
                } catch (IOException offline) {
                    // The child can hand in the photo again later.
                }
            }
        }.start();
    }

    private void release() {
        if (camera != null) {
            camera.release();
            camera = null;
        }
    }
}
