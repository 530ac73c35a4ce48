// shows: a list that a helper returns
// manifest: {launcher: Main}
// hit: [asks READ_CONTACTS before_consent = launcher Main.onCreate]
// miss: [asks CAMERA before_consent = launcher Main.onCreate]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    requestPermissions(needed(), 1);
  }
  String[] needed() { return new String[] {"android.permission.READ_CONTACTS"}; } // hit
  String[] needed() { return new String[] {"android.permission.CAMERA"}; } // miss
}
