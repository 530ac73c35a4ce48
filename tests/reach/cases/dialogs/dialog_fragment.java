// shows: a consent dialog fragment with a listener that its button calls
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > lifecycle Ask.onCreateDialog > dispatch Main.onAgreed]
// miss: [serial reachable = launcher Main.onCreate > lifecycle Ask.onCreateDialog > gesture Ask.onClick > dispatch Main.onAgreed]

import androidx.fragment.app.FragmentActivity;
class Main extends FragmentActivity implements Agreed {
  protected void onCreate(Bundle state) {
    Ask ask = new Ask();
    ask.agreed = this;
    ask.show(getSupportFragmentManager(), "ask");
  }
  public void onAgreed() { String id = SERIAL; }
}
interface Agreed { void onAgreed(); }
class Ask extends androidx.fragment.app.DialogFragment implements DialogInterface.OnClickListener {
  Agreed agreed;
  public Dialog onCreateDialog(Bundle state) {
    agreed.onAgreed();                                          // hit
    return new AlertDialog.Builder(null).setPositiveButton("OK", this).create();
  }
  public void onClick(DialogInterface dialog, int button) { agreed.onAgreed(); }
}
