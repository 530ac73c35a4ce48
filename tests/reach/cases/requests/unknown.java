// shows: a list that comes from outside is not known
// manifest: {launcher: Main}
// hit:
//   - "asks ? before_consent = launcher Main.onCreate"
// miss: [asks CAMERA before_consent = launcher Main.onCreate]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    requestPermissions(getIntent().getStringArrayExtra("names"), 1); // hit
    requestPermissions(new String[] {"android.permission.CAMERA"}, 1); // miss
  }
}
