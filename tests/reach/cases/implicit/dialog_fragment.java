// shows: a dialog fragment that is shown builds its dialog
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > lifecycle Ask.onCreateDialog]
// miss: [serial reachable = launcher Main.onBackPressed > lifecycle Ask.onCreateDialog]

import androidx.fragment.app.*;
class Main extends FragmentActivity {
  protected void onCreate(Bundle state) {                       // hit
  public void onBackPressed() {                                 // miss
    new Ask().show(getSupportFragmentManager(), "ask");
  }
}
class Ask extends androidx.fragment.app.DialogFragment {
  public Dialog onCreateDialog(Bundle state) { String id = SERIAL; return null; }
}
