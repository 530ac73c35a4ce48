// shows: an activity asks; to look whether it is granted asks nothing
// manifest: {launcher: Main}
// hit: [asks CAMERA before_consent = launcher Main.onCreate]
// miss: []

class Main extends Activity {
  protected void onCreate(Bundle state) {
    requestPermissions(new String[] {"android.permission.CAMERA"}, 1); // hit
    checkSelfPermission("android.permission.CAMERA");           // miss
  }
}
