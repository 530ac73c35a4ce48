// shows: a click listener set in a fragment is a gesture, however early the fragment is shown
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > lifecycle Home.onViewCreated]
// miss: [serial reachable = launcher Main.onCreate > lifecycle Home.onViewCreated > gesture Home.onClick]

import androidx.fragment.app.*;
class Main extends FragmentActivity {
  protected void onCreate(Bundle state) {
    getSupportFragmentManager().beginTransaction().add(1, new Home()).commit();
  }
}
class Home extends androidx.fragment.app.Fragment implements View.OnClickListener {
  public void onViewCreated(View view, Bundle state) {
    view.setOnClickListener(this);
    String id = SERIAL;                                         // hit
  }
  public void onClick(View view) {
    String id = SERIAL;                                         // miss
  }
}
