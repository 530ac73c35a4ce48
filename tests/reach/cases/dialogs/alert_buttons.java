// shows: the platform's alert: SDKs are started by the positive button, or right beside it
// manifest: {launcher: Main, application: App}
// hit: [serial before_consent = launcher Main.onCreate > App.startSdks]
// miss: [serial reachable = launcher Main.onCreate > gesture Main$1.onClick > App.startSdks]

class App extends Application {
  static void startSdks() { String id = SERIAL; }
}
class Main extends Activity {
  protected void onCreate(Bundle state) {
    new AlertDialog.Builder(this).setPositiveButton("同意", new DialogInterface.OnClickListener() {
      public void onClick(DialogInterface dialog, int button) { App.startSdks(); }
    }).show();
    App.startSdks();                                            // hit
  }
}
