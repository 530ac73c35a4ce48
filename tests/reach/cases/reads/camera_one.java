// shows: the first camera interface
// manifest: {launcher: Main}
// hit: [camera@Camera.open before_consent = launcher Main.onCreate]
// miss: []

class Main extends Activity {
  protected void onCreate(Bundle state) {
    android.hardware.Camera.open();                             // hit
    getPackageManager().hasSystemFeature("android.hardware.camera"); // miss
  }
}
