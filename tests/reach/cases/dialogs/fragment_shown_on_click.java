// shows: a dialog fragment made with the activity and shown on a click
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > lifecycle Share.onCreateDialog]
// miss: [serial reachable = launcher Main.onCreate > gesture Main.onClick > lifecycle Share.onCreateDialog]

import androidx.fragment.app.FragmentActivity;
class Main extends FragmentActivity implements View.OnClickListener {
  Share share;
  protected void onCreate(Bundle state) {
    share = new Share();
    findViewById(1).setOnClickListener(this);
    share.show(getSupportFragmentManager(), "share");           // hit
  }
  public void onClick(View view) { share.show(getSupportFragmentManager(), "share"); }
}
class Share extends androidx.fragment.app.DialogFragment {
  public Dialog onCreateDialog(Bundle state) { String id = SERIAL; return null; }
}
