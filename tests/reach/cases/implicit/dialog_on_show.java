// shows: that a dialog appears is no gesture; its button is
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > callback Ask.onShow]
// miss: [serial reachable = launcher Main.onCreate > gesture Ask.onClick]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    Ask ask = new Ask();
    AlertDialog dialog = new AlertDialog.Builder(this).setPositiveButton("OK", ask).create();
    dialog.setOnShowListener(ask);
    dialog.show();
  }
}
class Ask implements DialogInterface.OnClickListener, DialogInterface.OnShowListener {
  public void onShow(DialogInterface dialog) {
    String id = SERIAL;                                         // hit
  }
  public void onClick(DialogInterface dialog, int button) {
    String id = SERIAL;                                         // miss
  }
}
