// shows: the second camera interface; the torch shows nothing
// manifest: {launcher: Main}
// hit: [camera@CameraManager.openCamera before_consent = launcher Main.onCreate]
// miss: []

import android.hardware.camera2.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      CameraManager manager = (CameraManager) getSystemService("camera");
      manager.openCamera("0", (CameraDevice.StateCallback) null, (Handler) null); // hit
      manager.setTorchMode("0", true);                          // miss
    } catch (Exception error) { }
  }
}
