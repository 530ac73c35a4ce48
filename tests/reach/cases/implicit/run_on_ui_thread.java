// shows: runOnUiThread runs the object
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > scheduled Main$1.run]
// miss: [serial reachable = launcher Main.onBackPressed > scheduled Main$1.run]

class Main extends Activity {
  protected void onCreate(Bundle state) {                       // hit
  public void onBackPressed() {                                 // miss
    runOnUiThread(new Runnable() {
      public void run() { String id = SERIAL; }
    });
  }
}
