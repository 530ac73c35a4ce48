package cn.jieda.homework;

import android.app.Activity;
import android.hardware.Camera;
import android.os.Bundle;

/** Photo search: the picture goes to the server, the answer comes back. */
public final class SearchActivity extends Activity implements Camera.PictureCallback {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        Camera camera = Camera.open();
        camera.startPreview();
        camera.takePicture(null, null, this);
    }

    @Override
    public void onPictureTaken(byte[] jpeg, Camera camera) {
        camera.release();
        Server.send(Server.SEARCH, new String(jpeg));
    }
}
